// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/engine.h"

namespace spa::crypto {

std::string_view to_string(EngineOperation operation) {
  switch (operation) {
    case EngineOperation::kGenerate:
      return "DH generate";
    case EngineOperation::kDerive:
      return "DH derive";
    case EngineOperation::kSign:
      return "sign";
    case EngineOperation::kVerify:
      return "verify";
    case EngineOperation::kDecrypt:
      return "decrypt";
  }
  return "unknown operation";
}

}  // namespace spa::crypto
