package dev.meshclient.spring.actuate;

import dev.meshclient.ServiceMap;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The services that this workload calls, with the fields of {@link ServiceMap}; null: left out. */
record ServiceMapDescriptor(List<Service> services) {
    record Service(String name, Attempts lastMinute, Attempts lastFiveMinutes, List<Zone> zones) {}

    record Zone(String name, Attempts lastMinute, Attempts lastFiveMinutes) {}

    record Attempts(
            double perSecond,
            @Nullable Double success,
            @Nullable Duration median,
            @Nullable Duration p99,
            @Nullable Double sameZone) {}

    static ServiceMapDescriptor of(ServiceMap map) {
        return new ServiceMapDescriptor(map.services().stream()
                .map(service -> new Service(
                        service.name(),
                        attempts(service.lastMinute()),
                        attempts(service.lastFiveMinutes()),
                        service.zones().stream().map(ServiceMapDescriptor::zone).toList()))
                .toList());
    }

    private static Zone zone(ServiceMap.Zone zone) {
        return new Zone(zone.name(), attempts(zone.lastMinute()), attempts(zone.lastFiveMinutes()));
    }

    private static Attempts attempts(ServiceMap.Attempts attempts) {
        return new Attempts(
                attempts.perSecond(),
                share(attempts.success()),
                StatusValues.micros(attempts.median()),
                StatusValues.micros(attempts.p99()),
                share(attempts.sameZone()));
    }

    /** Null: there were no attempts. */
    private static @Nullable Double share(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
