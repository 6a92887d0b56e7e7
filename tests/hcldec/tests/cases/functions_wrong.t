# Calls that do not fit: an argument is missing, one is too many, null, no such function, and one that fails.

diagnostics {
  error {
    from {
      line   = 1
      column = 13
      byte   = 12
    }
    to {
      line   = 1
      column = 14
      byte   = 13
    }
  }
  error {
    from {
      line   = 2
      column = 16
      byte   = 29
    }
    to {
      line   = 2
      column = 17
      byte   = 30
    }
  }
  error {
    from {
      line   = 3
      column = 5
      byte   = 36
    }
    to {
      line   = 3
      column = 13
      byte   = 44
    }
  }
  error {
    from {
      line   = 4
      column = 5
      byte   = 53
    }
    to {
      line   = 4
      column = 10
      byte   = 58
    }
  }
  error {
    from {
      line   = 5
      column = 13
      byte   = 76
    }
    to {
      line   = 5
      column = 17
      byte   = 80
    }
  }
}
