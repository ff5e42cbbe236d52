package dev.meshclient;

import dev.meshclient.policy.Locality;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The services that this workload calls, and the zones of their endpoints, with the figures of the last minutes. Its figures count
 * attempts, first ones and retries alike, as {@link MeshStatus.LastMinute} does; a service with resolution {@code NONE} has no
 * figures and is left out. Only the mesh implements these types; methods may be added.
 */
public interface ServiceMap {
    /** The name of this workload, {@code unknown} if it has none. */
    String workload();

    /** Its locality; {@link Locality#NONE} if it is not known. */
    Locality locality();

    /** The services with attempts in the last five minutes, by name. */
    List<Service> services();

    /** A flow chart in <a href="https://mermaid.js.org/">Mermaid</a>: this workload, the services, the zones; the last minute. */
    String toMermaid();

    /** The same graph in the <a href="https://graphviz.org/doc/info/lang.html">DOT</a> language of Graphviz. */
    String toDot();

    /** A table for readers: the last minute, and in parentheses the last five. */
    @Override
    String toString();

    /** The attempts of some minutes. */
    interface Attempts {
        /** Attempts a second since the period began, or since this workload's first attempt at the service if that was later. */
        double perSecond();

        /** The share of successful ones, 0 to 1: a response below 500, or an end by the caller or its code. NaN: there were none. */
        double success();

        /** The median of the time until the response headers, as {@link MeshStatus.LastMinute#median}. Null: there was none. */
        @Nullable
        Duration median();

        /** The 99th percentile of the same times. */
        @Nullable
        Duration p99();

        /** The share of those in the own zone, 0 to 1, of all whose zone is known. NaN: there were none. */
        double sameZone();
    }

    /** A service that this workload calls. */
    interface Service {
        String name();

        /** The last 30 to 60 s. */
        Attempts lastMinute();

        /** The last 270 to 300 s. */
        Attempts lastFiveMinutes();

        /** The zones of its endpoints that had attempts in the last five minutes, the busiest first. */
        List<Zone> zones();
    }

    /** A zone in which a service has endpoints. */
    interface Zone {
        /** {@code region/zone}, or the part that the policy states; {@code unknown} if it states none. */
        String name();

        /** The last 30 to 60 s. */
        Attempts lastMinute();

        /** The last 270 to 300 s. */
        Attempts lastFiveMinutes();
    }
}
