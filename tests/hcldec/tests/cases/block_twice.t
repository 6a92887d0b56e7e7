# A second block where one may stand is told at its header.

diagnostics {
  error {
    from {
      line   = 4
      column = 1
      byte   = 18
    }
    to {
      line   = 4
      column = 6
      byte   = 23
    }
  }
}
