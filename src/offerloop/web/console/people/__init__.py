"""People: who may sign in, what each role may do, and inviting somebody."""
