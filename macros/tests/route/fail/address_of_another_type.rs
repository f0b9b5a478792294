use std::net::IpAddr;

use routegen::{axum::extract::ConnectInfo, route};

#[route(GET, "/ip", auth = "none")]
async fn get_ip(_: ConnectInfo<IpAddr>) {}

fn main() {}
