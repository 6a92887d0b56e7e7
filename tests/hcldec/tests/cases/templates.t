# Templates: directives, markers that strip, escapes.

result = ["- a\n- b\n", "yes", "$${x} %%{y}", "é \t"]
result_type = tuple([string, string, string, string])

traversals {
  expect {
    ref = l
    from {
      line   = 2
      column = 13
      byte   = 23
    }
    to {
      line   = 2
      column = 14
      byte   = 24
    }
  }
  expect {
    ref = l[0]
    from {
      line   = 6
      column = 10
      byte   = 61
    }
    to {
      line   = 6
      column = 14
      byte   = 65
    }
  }
}
