// SPDX-License-Identifier: Apache-2.0
// A peer's certificate, up to everything that is printed or compared of it.
#include "userspace/pki/certificate.h"
#include "userspace/pki/certificate_map.h"
#include "userspace/pki/path.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  const auto certificate = pki::Certificate::from_der({data, size});
  if (!certificate) return 0;
  if (!pki::printed_name(certificate->subject_der())) __builtin_trap();
  (void)certificate->issuer();
  (void)certificate->crl_urls();
  (void)certificate->key_usage();
  (void)certificate->key_hash();
  (void)certificate->public_key();
  (void)pki::map_matches(
      {{"m", 1, {{"alt-subject-name", "co", "x"}, {"expires-on", "lt", "1 jan 2030 00:00:00"}}}},
      "m", *certificate);
  (void)pki::build_path({*certificate}, {*certificate}, {}, certificate->not_before(), true);
  return 0;
}
