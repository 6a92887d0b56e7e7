# Two specifications may read the same block.

diagnostics {
  error {
    from {
      line   = 2
      column = 3
      byte   = 6
    }
    to {
      line   = 2
      column = 4
      byte   = 7
    }
  }
  error {
    from {
      line   = 3
      column = 3
      byte   = 14
    }
    to {
      line   = 3
      column = 4
      byte   = 15
    }
  }
}
