component "command" "shop" {
  patch_level    = "7"
  read           = ["cat", "level"]
  preview        = ["sh", "-c", "echo shop restarts once"]
  digest         = ["sha256sum", "shop.conf"]
  snapshot       = ["sh", "-c", "cp level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  patch          = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  reload         = ["systemctl", "restart", "shop"]
  verify         = ["systemctl", "is-active", "shop"]
  probe          = ["./probe", "level"]
  uninstall      = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  restore        = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]
  drop           = ["sh", "-c", "rm -f $PATCHFORM_SNAPSHOT"]
  confirm        = ["true"]
  confirm_within = "2m"
  target         = "shop-1"
  claims         = ["path:/etc/shop"]
  covers         = ["data"]
  env            = { LANG = "C" }
  timeout        = "5m"
}
