# JSON: what stands for a block is an object.

diagnostics {
  error {
    from {
      line   = 2
      column = 8
      byte   = 9
    }
    to {
      line   = 2
      column = 9
      byte   = 10
    }
  }
  error {
    from {
      line   = 3
      column = 55
      byte   = 66
    }
    to {
      line   = 3
      column = 58
      byte   = 69
    }
  }
}
