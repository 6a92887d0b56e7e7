# Too few blocks are told where the body begins, too many where the first one too many begins.

diagnostics {
  error {
    from {
      line   = 1
      column = 1
      byte   = 0
    }
    to {
      line   = 1
      column = 1
      byte   = 0
    }
  }
  error {
    from {
      line   = 7
      column = 6
      byte   = 38
    }
    to {
      line   = 7
      column = 6
      byte   = 38
    }
  }
  error {
    from {
      line   = 16
      column = 6
      byte   = 89
    }
    to {
      line   = 16
      column = 6
      byte   = 89
    }
  }
}
