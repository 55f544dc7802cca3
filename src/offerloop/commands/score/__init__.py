"""`offerloop score`: whom of other customers to treat, by what a study of a trial has learned."""
