# Two blocks with the same labels are told at the second one.

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
