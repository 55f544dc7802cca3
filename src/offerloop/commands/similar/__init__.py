"""The products that are like another, replace it, or go with it."""
