"""What a plan is compared with: simpler policies, one depth for everybody, and other terms of the same offers."""
