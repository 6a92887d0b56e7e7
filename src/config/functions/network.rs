//! Network addresses: `cidrhost`, `cidrnetmask`, `cidrsubnet`, `cidrsubnets`, for IPv4 and IPv6.

use super::Takes::{Number as N, Text};
use super::numeric::number;
use super::text::{text, whole};
use super::{Done, Fault, Function, param, plain};
use crate::config::types::Type;
use crate::config::value::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) const FUNCTIONS: &[Function] = &[
    plain("cidrhost", &[param("prefix", Text), param("number", N)], host)
        .told(
            "an address in a network, by its number; a negative one counts from the end",
            "cidrhost(\"10.1.0.0/24\", 5)",
            "\"10.1.0.5\"",
        )
        .gives(
            "string",
            &["a network such as `10.0.0.0/8`", "which address in it, from 0; negative: from the end"],
        ),
    plain("cidrnetmask", &[param("prefix", Text)], netmask)
        .told("the netmask of an IPv4 network", "cidrnetmask(\"10.1.0.0/20\")", "\"255.255.240.0\"")
        .gives("string", &["a network of IPv4"]),
    plain("cidrsubnet", &[param("prefix", Text), param("bits", N), param("number", N)], subnet)
        .told(
            "a network within a network: its prefix is longer by so many bits, and its \
number is this",
            "cidrsubnet(\"10.0.0.0/8\", 8, 3)",
            "\"10.3.0.0/16\"",
        )
        .gives(
            "string",
            &["a network", "by how many bits the prefix grows", "which of the smaller networks, from 0"],
        ),
    plain("cidrsubnets", &[param("prefix", Text)], subnets)
        .and(param("bits", N))
        .told(
            "networks within a network, one behind the other, each with a prefix longer by \
so many bits",
            "cidrsubnets(\"10.0.0.0/8\", 8, 8, 4)",
            "tolist([\n  \"10.0.0.0/16\",\n  \"10.1.0.0/16\",\n  \"10.16.0.0/12\",\n])",
        )
        .gives(
            "list(string)",
            &["a network", "for each of the smaller networks, by how many bits its prefix grows"],
        ),
];

/// A network: its first address as a number, the length of its prefix, and that of an address.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    prefix: u32,
    bits: u32,
}

impl Network {
    fn read(args: &[Value]) -> Result<Network, Fault> {
        let source = text(args, 0);
        let wrong =
            || Fault::at(0, format!("{} is no network; write one like \"10.0.0.0/8\"", args[0].brief()));
        let (address, prefix) = source.split_once('/').ok_or_else(wrong)?;
        let (number, bits) = match address.parse::<IpAddr>().map_err(|_| wrong())? {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        let is_plain = prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok().filter(|p| *p <= bits && is_plain).ok_or_else(wrong)?;
        Ok(Network { first: number & mask(prefix, bits), prefix, bits })
    }

    fn host_bits(self) -> u32 {
        self.bits - self.prefix
    }

    fn address(self, number: u128) -> String {
        match u32::try_from(number) {
            Ok(v4) if self.bits == 32 => Ipv4Addr::from(v4).to_string(),
            _ => Ipv6Addr::from(number).to_string(),
        }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address(self.first), self.prefix)
    }
}

/// Ones for the prefix, zeros for the rest, in an address of `bits`.
fn mask(prefix: u32, bits: u32) -> u128 {
    low(bits) & !low(bits - prefix)
}

/// The `count` lowest bits set.
fn low(count: u32) -> u128 {
    !shifted(u128::MAX, count)
}

/// `value << by`, zero where everything is shifted out.
fn shifted(value: u128, by: u32) -> u128 {
    value.checked_shl(by).unwrap_or(0)
}

/// A whole number without its sign, and whether it is below zero.
fn magnitude(args: &[Value], index: usize) -> Result<(u128, bool), Fault> {
    let number = number(args, index);
    if !number.is_integer() {
        return Err(Fault::at(index, "a whole number is needed"));
    }
    let size = number.abs().to_string().parse::<u128>();
    let size = size.map_err(|_| Fault::at(index, "there is no network with so many addresses"))?;
    Ok((size, number.signum() < 0))
}

fn host(args: &[Value]) -> Done {
    let network = Network::read(args)?;
    let (number, from_end) = magnitude(args, 1)?;
    let last = low(network.host_bits());
    // Counted from the end -1 is the last address.
    let offset = match from_end {
        true => number.checked_sub(1).and_then(|back| last.checked_sub(back)),
        false => Some(number).filter(|number| *number <= last),
    };
    let offset = offset.ok_or_else(|| {
        let sign = if from_end { "-" } else { "" };
        Fault::at(1, format!("a network of {network} has no host {sign}{number}"))
    })?;
    Ok(Value::string(network.address(network.first | offset)))
}

fn netmask(args: &[Value]) -> Done {
    let network = Network::read(args)?;
    if network.bits != 32 {
        return Err(Fault::at(0, "an IPv6 network has no netmask"));
    }
    Ok(Value::string(network.address(mask(network.prefix, 32))))
}

fn subnet(args: &[Value]) -> Done {
    let network = Network::read(args)?;
    let (bits, (number, below)) = (whole(args, 1)?, magnitude(args, 2)?);
    let bits = u32::try_from(bits).map_err(|_| Fault::at(1, "the number of bits cannot be negative"))?;
    if bits > network.host_bits() {
        let left = network.host_bits();
        return Err(Fault::at(1, format!("{network} has only {left} bits left, not {bits}")));
    }
    if below {
        return Err(Fault::at(2, "the number cannot be negative"));
    }
    if number > low(bits) {
        return Err(Fault::at(2, format!("{bits} bits cannot hold the subnet number {number}")));
    }
    let prefix = network.prefix + bits;
    let first = network.first | shifted(number, network.bits - prefix);
    Ok(Value::string(Network { first, prefix, ..network }.to_string()))
}

fn subnets(args: &[Value]) -> Done {
    let network = Network::read(args)?;
    let mut next = network.first;
    let mut full = false;
    let mut made = Vec::new();
    for i in 1..args.len() {
        let bits = u32::try_from(whole(args, i)?).ok().filter(|b| *b > 0 && *b <= network.host_bits());
        let bits = bits.ok_or_else(|| {
            Fault::at(
                i,
                format!("it must be from 1 to {}, the bits that {network} leaves", network.host_bits()),
            )
        })?;
        let prefix = network.prefix + bits;
        let rest = low(network.bits - prefix);
        // The next address at which a network of this size may begin.
        let first = next.checked_add(rest).map(|n| n & !rest);
        let last = network.first | low(network.host_bits());
        let Some(first) = first.filter(|first| !full && *first <= last && last - *first >= rest) else {
            return Err(Fault::at(
                i,
                format!("there is no room left in {network} for a prefix of {prefix} bits"),
            ));
        };
        made.push(Value::string(Network { first, prefix, ..network }.to_string()));
        full = first + rest == last;
        next = (first + rest).saturating_add(1);
    }
    Ok(Value::list(made).holding(|| Type::String))
}
