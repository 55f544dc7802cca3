"""One campaign of a plan: what is decided and why, what another budget would bring, and what each limit costs."""
