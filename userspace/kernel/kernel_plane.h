// SPDX-License-Identifier: Apache-2.0
// The inside of the kernel data plane, for its own files only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "userspace/kernel/device_routes.h"
#include "userspace/kernel/interface_table.h"
#include "userspace/kernel/kernel_sa_database.h"
#include "userspace/kernel/protected_routes.h"
#include "userspace/kernel/rule_levels.h"
#include "userspace/kernel/xfrm_event.h"
#include "userspace/kernel/xfrm_messages.h"

namespace spa::kernel {

struct KernelSaDatabase::Impl {
  struct Rule {
    ports::PolicyRule rule;  // mode and layers as its newest pair has them
    bool routed = false;
    IpAddress source;
    RouteTarget target;
  };
  struct Pair {
    ports::SaPair sa;             // without keys
    StateId in, out;              // what the pair is named after
    std::vector<StateId> around;  // of its other headers, both directions
    std::string offload_reason;
    LifetimeLimits limits;
    bool half = false;  // the inbound states alone, so far
    bool soft_told = false;
  };
  struct Installed {
    bool offloaded = false;
    ports::SaCounters counters;
  };

  Impl(ports::Readiness& readiness, LogSink& sink, const KernelPlaneOptions& chosen,
       NetlinkSocket asking, NetlinkSocket listening)
      : loop(readiness),
        log(sink),
        options(chosen),
        socket(std::move(asking)),
        events(std::move(listening)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  Status start();
  void on_events();
  void handle(const AcquireEvent& event);
  void handle(const ExpireEvent& event);
  void handle(const DeletedEvent& event);
  void handle(const FlushedEvent& event);
  void handle(const MappingEvent& event);
  void on_devices();
  void check_all();

  Status set_policies(const ports::PolicyRule& rule);
  void drop_policies(const ports::PolicyRule& rule);
  void set_route(Rule& entry);
  void set_scoped_route(Rule& entry);
  void drop_route(Rule& entry);
  // The templates must say what the states are: an SA may be agreed upon in another mode, or with
  // other headers, than the rule expected.
  Status fit_policies(const ports::SaPair& pair);

  Status install(const ports::SaPair& pair, XfrmDirection direction, XfrmLayer layer,
                 const LifetimeLimits& limits, int device, std::string& refusal);
  Status install_state(const ports::SaPair& pair, XfrmDirection direction, XfrmLayer layer,
                       const LifetimeLimits& limits, int device);
  // Whether there is a larval state to replace.
  [[nodiscard]] bool is_reserved(const StateId& id) const;
  void take_reservation(const StateId& id);
  Status install_all(const ports::SaPair& sa, XfrmDirection direction, const LifetimeLimits& limits,
                     std::string& refusal, std::vector<StateId>& made);
  // The half of this pair, or a new one.
  Result<Pair*> half_of(const ports::SaPair& sa);
  Status complete(Pair& pair, const ports::SaPair& sa);
  void keep(Pair& pair, const std::vector<StateId>& made);
  Result<std::uint32_t> allocate(const IpAddress& local, const IpAddress& remote, XfrmLayer layer);
  [[nodiscard]] int offload_device(const ports::SaPair& pair, std::string& reason) const;
  Result<Installed> read_state(const StateId& id);
  Status move_state(StateId& id, const Endpoint& from, const Endpoint& to);
  void forget(std::uint32_t spi_in);
  void remove_states(const Pair& pair);
  void lose(std::uint32_t spi_in);

  ports::Readiness& loop;
  LogSink& log;
  const KernelPlaneOptions options;
  NetlinkSocket socket;
  NetlinkSocket events;
  std::unique_ptr<InterfaceTable> interfaces;
  std::unique_ptr<ProtectedRoutes> routes;
  std::unique_ptr<DeviceRoutes> scoped_routes;
  ports::Readiness::Id watch = 0;
  ports::SaDatabaseListener* listener = nullptr;

  std::map<ports::PolicyId, Rule> rules;
  RuleLevels levels;
  std::map<std::uint32_t, ports::PolicyId> by_reqid;
  std::map<std::uint32_t, Pair> pairs;             // by inbound SPI
  std::map<StateId, std::uint32_t> by_state;       // both directions, to the inbound SPI
  std::map<std::uint32_t, StateId> reserved_spis;  // allocated, not installed yet
  // What the kernel said to algorithms when they were first asked for.
  std::map<std::tuple<wire::EncrId, std::uint16_t, wire::IntegId>, bool> taken;
  std::map<std::uint16_t, StateId> reserved_cpis;
};

}  // namespace spa::kernel
