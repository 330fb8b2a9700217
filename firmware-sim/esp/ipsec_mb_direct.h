// SPDX-License-Identifier: Apache-2.0
// One packet of a combined mode through the direct calls of intel-ipsec-mb.
#pragma once

#include "firmware-sim/esp/ipsec_mb_keys.h"

namespace spa::esp {

// DirectKeys::Run of each algorithm. Opening leaves the decrypted text in the packet whatever the
// ICV.
void gcm_seal(const DirectKeys& keys, IMB_MGR& manager, const CryptoJob& job, std::uint8_t* icv);
void gcm_open(const DirectKeys& keys, IMB_MGR& manager, const CryptoJob& job, std::uint8_t* icv);
void gmac_sum(const DirectKeys& keys, IMB_MGR& manager, const CryptoJob& job, std::uint8_t* icv);
void chacha_seal(const DirectKeys& keys, IMB_MGR& manager, const CryptoJob& job, std::uint8_t* icv);
void chacha_open(const DirectKeys& keys, IMB_MGR& manager, const CryptoJob& job, std::uint8_t* icv);

// The whole packet. What is not authentic is as it came when this returns false.
void direct_seal(IMB_MGR& manager, CryptoJob& job);
void direct_open(IMB_MGR& manager, CryptoJob& job);

}  // namespace spa::esp
