# What is missing is told where its body begins.

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
      line   = 2
      column = 3
      byte   = 3
    }
    to {
      line   = 2
      column = 3
      byte   = 3
    }
  }
}
