// SPDX-License-Identifier: Apache-2.0
// A configuration that uses every part of the language that means something.
#pragma once

namespace spa::config {

inline constexpr const char* kSample = R"(!
hostname 1720-1
!
ip domain name example.com
crypto legacy-algorithms
!
crypto pki trustpoint LAB
 enrollment url http://192.0.2.80:80
 crl query file:///etc/spa/lab.crl
 rsakeypair LAB
!
crypto pki certificate map PEERS 10
 subject-name co ou = green
!
crypto ikev2 proposal MODERN
 encryption aes-gcm-256 aes-gcm-128
 prf sha384
 group 31 19
!
crypto ikev2 proposal OLD
 encryption aes-cbc-256 3des
 integrity sha256 sha1
 group 14 2
!
crypto ikev2 policy MAIN
 match address local 172.16.172.39
 proposal MODERN
 proposal OLD
!
crypto ikev2 keyring KEYS
 peer PIX
  description the other end
  address 172.16.172.34 255.255.255.255
  pre-shared-key local left
  pre-shared-key remote right
 peer ANYBODY
  identity fqdn other.example.com
  pre-shared-key cisco123
!
crypto ikev2 profile TO-PIX
 match address local 172.16.172.39
 match identity remote address 172.16.172.34 255.255.255.255
 match identity remote fqdn domain example.com
 match certificate PEERS
 identity local fqdn 1720-1.example.com
 authentication remote rsa-sig
 authentication remote pre-share
 authentication local pre-share
 keyring local KEYS
 pki trustpoint LAB
 lifetime 7200
 dpd 30 5 periodic
 nat keepalive 25
!
crypto ikev2 cookie-challenge 100
crypto ikev2 dpd 60 10 on-demand
crypto ikev2 disconnect-revoked-peers
!
crypto ipsec security-association lifetime seconds 1800
crypto ipsec security-association replay window-size 256
!
crypto ipsec transform-set AES esp-aes 256 esp-sha256-hmac
!
crypto ipsec transform-set GCM esp-gcm 256
 mode transport
!
crypto map vpn local-address Loopback0
!
crypto map vpn 10 ipsec-isakmp
 description to the office
 set peer 172.16.172.34
 set peer 172.16.172.35
 set security-association lifetime seconds 900
 set transform-set AES GCM
 set pfs group19
 set ikev2-profile TO-PIX
 match address 130
!
interface Loopback0
 ip address 10.10.10.1 255.255.255.0
!
interface FastEthernet0
 description outside
 device spawan7
 ip address 172.16.172.39 255.255.255.240
 ip address 172.16.172.40 255.255.255.240 secondary
 ipv6 address 2001:db8::39/64
 ip nat outside
 speed auto
 crypto map vpn
!
ip classless
ip route 0.0.0.0 0.0.0.0 172.16.172.33
no ip http server
!
access-list 130 permit ip 1.1.1.0 0.0.0.255 192.168.4.0 0.0.0.255
access-list 130 deny tcp host 1.1.1.1 range 1024 2048 any eq www
!
ipv6 access-list SIX
 permit ipv6 2001:db8:1::/48 2001:db8:2::/48
!
line con 0
 exec-timeout 0 0
!
end
)";

}  // namespace spa::config
