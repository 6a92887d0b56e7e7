//! `data` of hosts that other programs know: inventories of Ansible, configurations of ssh, states of Terraform.

use super::argument::argument;
use super::outside::{COUNT, FOR_EACH, LABELS, SENSITIVE};
use super::{Argument, Block, Example, Need, Place, Takes};

const HOSTS: Example = &[
    ("main.pf.hcl", include_str!("examples/data-hosts.pf.hcl")),
    ("inventory.ini", include_str!("examples/inventory.ini")),
    ("ssh.conf", include_str!("examples/ssh.conf")),
    ("terraform.tfstate", include_str!("examples/terraform.tfstate")),
];

const fn arguments(about: &'static str, example: &'static str) -> [Argument; 4] {
    [argument("path", Takes::Text, Need::Required(example), about), SENSITIVE, FOR_EACH, COUNT]
}

pub const DATA_INVENTORY: Block = Block {
    name: "data",
    sort: Some("ansible_inventory"),
    place: Place::Top,
    labels: LABELS,
    written: "data \"ansible_inventory\" \"fleet\" { path = \"inventory.ini\" }",
    what: "an ansible_inventory data block",
    about: "The hosts and groups of an inventory of Ansible: `value.hosts` maps each host to its `address`, `port`, `user`, \
            `groups` and `vars`; `value.groups` maps each group to the names of all its hosts.",
    arguments: &arguments(
        "the file, relative to the configuration's folder: INI, or YAML where its name ends in `.yaml`, `.yml` or `.json`; \
         `group_vars` and `host_vars` beside it are read, too",
        "path = \"inventory.ini\"",
    ),
    blocks: &[],
    more: "",
    example: HOSTS,
};

pub const DATA_SSH: Block = Block {
    name: "data",
    sort: Some("ssh_config"),
    place: Place::Top,
    labels: LABELS,
    written: "data \"ssh_config\" \"fleet\" { path = \"ssh.conf\" }",
    what: "an ssh_config data block",
    about: "The hosts that a configuration of OpenSSH names behind `Host`: `value.hosts` maps each to its `address`, `port`, \
            `user` and `proxy_jump`. Patterns with `*` or `?` name none.",
    arguments: &arguments(
        "the file, relative to the configuration's folder; `pathexpand(\"~/.ssh/config\")` is the user's own",
        "path = \"ssh.conf\"",
    ),
    blocks: &[],
    more: "",
    example: HOSTS,
};

pub const DATA_TERRAFORM: Block = Block {
    name: "data",
    sort: Some("terraform_state"),
    place: Place::Top,
    labels: LABELS,
    written: "data \"terraform_state\" \"network\" { path = \"terraform.tfstate\" }",
    what: "a terraform_state data block",
    about: "The outputs of a state of Terraform or OpenTofu, as `value.outputs.NAME`; sensitive ones are secrets here, too.",
    arguments: &arguments(
        "the file, relative to the configuration's folder: what `terraform state pull` prints",
        "path = \"terraform.tfstate\"",
    ),
    blocks: &[],
    more: "",
    example: HOSTS,
};
