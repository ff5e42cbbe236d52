package dev.meshclient.internal.control;

import dev.meshclient.ServiceMap;
import dev.meshclient.Workload;
import dev.meshclient.internal.endpoint.AttemptCounts;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.ZoneAttempts;
import dev.meshclient.internal.endpoint.ZoneAttempts.Period;
import dev.meshclient.internal.pipeline.MeshState;
import dev.meshclient.policy.Locality;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects the attempts at each service and zone at one time. */
record ServiceMapReport(MeshState state, Workload workload, long now) {
    ServiceMap map() {
        List<ServiceMap.Service> services = new ArrayList<>();
        for (String name : new TreeSet<>(state.policy().services().keySet())) {
            ServiceState live = state.states().service(name);
            ServiceMap.Service service = live == null ? null : service(name, live.get(ZoneAttempts.SLOT));
            if (service != null) {
                services.add(service);
            }
        }
        return new ServiceMapFacts(workload.service(), workload.locality(), List.copyOf(services));
    }

    /** Null: it had no attempts. */
    private ServiceMap.@Nullable Service service(String name, ZoneAttempts attempts) {
        Figures all = new Figures(attempts);
        Map<String, Figures> byZone = new TreeMap<>();
        for (Period period : Period.values()) {
            attempts.forEach(period, now, (locality, counts) -> {
                if (counts.requests() > 0) {
                    all.add(period, locality, counts);
                    byZone.computeIfAbsent(ServiceMapFacts.zone(locality), zone -> new Figures(attempts))
                            .add(period, locality, counts);
                }
            });
        }
        if (byZone.isEmpty()) {
            return null;
        }
        List<ServiceMap.Zone> zones = new ArrayList<>();
        byZone.forEach((zone, figures) -> zones.add(
                new ServiceMapFacts.ZoneFacts(zone, figures.in(Period.MINUTE), figures.in(Period.FIVE_MINUTES))));
        zones.sort(Comparator.comparingDouble(
                (ServiceMap.Zone zone) -> -zone.lastFiveMinutes().perSecond()));
        return new ServiceMapFacts.ServiceFacts(
                name, all.in(Period.MINUTE), all.in(Period.FIVE_MINUTES), List.copyOf(zones));
    }

    /** The sums of a service or zone. */
    private final class Figures {
        private final ZoneAttempts source;
        private final Map<Period, AttemptCounts> counts = new EnumMap<>(Period.class);
        private final Map<Period, Long> same = new EnumMap<>(Period.class);
        private final Map<Period, Long> known = new EnumMap<>(Period.class);

        Figures(ZoneAttempts source) {
            this.source = source;
        }

        void add(Period period, Locality locality, AttemptCounts more) {
            counts.computeIfAbsent(period, p -> new AttemptCounts()).add(more);
            Distance distance = Distance.between(workload.locality(), locality);
            same.merge(period, distance == Distance.SAME_ZONE ? more.requests() : 0, Long::sum);
            known.merge(period, distance == Distance.UNKNOWN ? 0 : more.requests(), Long::sum);
        }

        ServiceMap.Attempts in(Period period) {
            AttemptCounts sum = counts.getOrDefault(period, new AttemptCounts());
            double requests = sum.requests();
            return new ServiceMapFacts.AttemptFacts(
                    requests * 1e9 / source.coveredNanos(period, now),
                    (requests - sum.failures()) / requests,
                    StatusReport.latency(sum.latencyNanos(50)),
                    StatusReport.latency(sum.latencyNanos(99)),
                    (double) same.getOrDefault(period, 0L) / known.getOrDefault(period, 0L));
        }
    }
}
