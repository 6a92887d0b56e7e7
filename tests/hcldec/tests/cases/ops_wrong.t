# Operands, conditions and steps that do not fit.

diagnostics {
  error {
    from {
      line   = 1
      column = 9
      byte   = 8
    }
    to {
      line   = 1
      column = 12
      byte   = 11
    }
  }
  error {
    from {
      line   = 2
      column = 13
      byte   = 24
    }
    to {
      line   = 2
      column = 14
      byte   = 25
    }
  }
  error {
    from {
      line   = 3
      column = 6
      byte   = 31
    }
    to {
      line   = 3
      column = 9
      byte   = 34
    }
  }
  error {
    from {
      line   = 4
      column = 11
      byte   = 45
    }
    to {
      line   = 4
      column = 14
      byte   = 48
    }
  }
  error {
    from {
      line   = 5
      column = 12
      byte   = 60
    }
    to {
      line   = 5
      column = 14
      byte   = 62
    }
  }
  error {
    from {
      line   = 6
      column = 5
      byte   = 67
    }
    to {
      line   = 6
      column = 6
      byte   = 68
    }
  }
  error {
    from {
      line   = 7
      column = 15
      byte   = 91
    }
    to {
      line   = 7
      column = 16
      byte   = 92
    }
  }
}
