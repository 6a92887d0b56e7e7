# JSON: the root is an object or an array of objects.

diagnostics {
  error {
    from {
      line   = 1
      column = 1
      byte   = 0
    }
    to {
      line   = 1
      column = 7
      byte   = 6
    }
  }
}
