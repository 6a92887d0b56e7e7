# Values of one list that have no type in common.

diagnostics {
  error {
    from {
      line   = 2
      column = 7
      byte   = 10
    }
    to {
      line   = 2
      column = 8
      byte   = 11
    }
  }
}
