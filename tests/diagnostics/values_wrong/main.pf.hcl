locals {
  hosts = { a = { port = 1 } }
  list  = [1, 2]

  ambiguous   = { local.hosts = 1 }
  key_null    = { (null) = 1 }
  key_list    = { ([]) = 1 }
  choice      = true ? [1] : 2
  twice       = { for x in [1, 1] : x => x }
  clock       = timestamp()
  named       = templatestring("x", {})
  nothing     = try()
  none_works  = try(local.hosts.b, local.hosts.c)
  can_two     = can(1, 2)
  null_given  = upper(null)
  alone       = local
  index_null  = local.list[null]
  index_text  = local.hosts[[]]
  index_word  = local.list["a"]
  index_set   = toset(["a"])[0]
  index_true  = true[0]
  index_far   = local.list[2]
  spread      = max(1...)
  few         = join()
  many        = upper("a", "b")
  divided     = 1 / 0
  wrong_file  = file("nowhere.txt")
  two_indices = local.list.0.1
}
