// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/pk.h"

#include <algorithm>
#include <utility>

namespace spa::card {

Pk::Pk(Core& core, std::span<Queue> queues)
    : core_(core),
      queues_(queues),
      faults_(core.faults),
      pool_(core.keys, core.config.pk_threads) {}

void Pk::poll() {
  for (PkResult& result : pool_.collect()) finish(std::move(result));
  for (Queue& queue : queues_) {
    take(queue);
    queue.flush();
  }
}

// An operation is only begun when its completion will find room.
void Pk::take(Queue& queue) {
  while (queue.pending() > 0 && running_.size() < kMostInFlight &&
         queue.room() > in_flight(queue)) {
    spa_pk_cmd command{};
    if (!queue.fetch(0, command)) return;
    queue.consume(1);
    start(queue, command);
  }
}

std::size_t Pk::in_flight(const Queue& queue) const {
  return static_cast<std::size_t>(
      std::count_if(running_.begin(), running_.end(), [&](const auto& entry) {
        return entry.second.queue == &queue && entry.second.epoch == queue.epoch();
      }));
}

void Pk::start(Queue& queue, const spa_pk_cmd& command) {
  const std::uint64_t tag = from_le(command.tag);
  const std::uint32_t in_length = from_le(command.in_length);
  const std::uint32_t out_length = from_le(command.out_length);
  if (in_length > SPA_PK_DATA_MAX || out_length > SPA_PK_DATA_MAX) {
    complete(queue, tag, SPA_E_FIELD, 0, 0);
    return;
  }
  PkJob job{.id = next_id_++,
            .request = {.op = from_le(command.op),
                        .alg = from_le(command.alg),
                        .key = from_le(command.key),
                        .owner = from_le(command.owner),
                        .out_length = out_length},
            .input = SecretBytes(in_length)};
  if (in_length > 0 && !core_.dma.read(from_le(command.in_addr), job.input)) {
    complete(queue, tag, SPA_E_DMA, 0, 0);
    return;
  }
  running_[job.id] = InFlight{.queue = &queue,
                              .epoch = queue.epoch(),
                              .tag = tag,
                              .out_addr = from_le(command.out_addr),
                              .owner = job.request.owner};
  pool_.submit(std::move(job));
}

void Pk::finish(PkResult result) {
  pka::PkReply& reply = result.reply;
  if (const auto old = forgotten_.find(result.id); old != forgotten_.end()) {
    if (reply.handle != 0) (void)core_.keys.destroy(old->second, reply.handle);
    forgotten_.erase(old);
    return;
  }
  const auto entry = running_.find(result.id);
  if (entry == running_.end()) return;
  const InFlight job = entry->second;
  running_.erase(entry);
  const bool wanted = job.queue->running() && job.queue->epoch() == job.epoch;
  spa_status status = reply.status;
  if (job.orphan) status = SPA_E_NOT_FOUND;
  if (wanted && status == SPA_OK && !reply.out.empty() &&
      !core_.dma.write(job.out_addr, reply.out)) {
    status = SPA_E_DMA;
  }
  if (reply.handle != 0 && (!wanted || status != SPA_OK)) {
    (void)core_.keys.destroy(job.owner, reply.handle);
    reply.handle = 0;
  }
  if (!wanted) return;
  const auto length = status == SPA_OK ? static_cast<std::uint32_t>(reply.out.size()) : 0u;
  complete(*job.queue, job.tag, status, reply.handle, length);
}

void Pk::complete(Queue& queue, std::uint64_t tag, spa_status status, std::uint32_t key,
                  std::uint32_t length) {
  ++(status == SPA_OK ? core_.counters.pk_done : core_.counters.pk_errors);
  spa_completion completion{};
  completion.tag = to_le(tag);
  completion.sa_index = to_le(key);
  completion.length = to_le(length);
  completion.status = status;
  faults_.spoil_pk(completion);
  queue.post(completion);
}

void Pk::release_owner(std::uint32_t owner) {
  (void)core_.keys.release_owner(owner);
  for (auto& [id, job] : running_) {
    if (job.owner == owner) job.orphan = true;
  }
}

void Pk::reset() {
  // What has begun may still put a key into the store; its result is awaited to take the key out
  // again.
  for (const auto& [id, job] : running_) forgotten_[id] = job.owner;
  running_.clear();
  for (const std::uint64_t id : pool_.drop_waiting()) forgotten_.erase(id);
}

}  // namespace spa::card
