package dev.meshclient.registry;

import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.source.Memory;
import dev.meshclient.internal.source.ServiceOverride;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyDocument;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A source with one service at a URL of the developer. */
record OverriddenSource(ServiceOverride override, PolicySource base, Logger log) implements PolicySource {
    OverriddenSource(ServiceOverride override, PolicySource base) {
        this(override, base, LoggerFactory.getLogger("dev.meshclient"));
    }

    @Override
    public Closeable watch(Sink sink) {
        return PlainSink.watch(
                sink, mesh -> base.watch(new OverridingSink(override, mesh, log, new LogThrottle(Time.NEVER))));
    }

    /** A process without the override must not start with its snapshot. */
    @Override
    public String snapshotName() {
        return base.snapshotName().isEmpty() ? "" : "OVERRIDE " + override + " " + base.snapshotName();
    }

    @Override
    public String toString() {
        return "PolicySource.override(" + override + ", " + base + ")";
    }

    private record OverridingSink(ServiceOverride override, DocumentSink mesh, Logger log, LogThrottle warned)
            implements Sink, DocumentSink {
        @Override
        public Time time() {
            return mesh.time();
        }

        @Override
        public WantedHosts wanted() {
            return mesh.wanted();
        }

        @Override
        public Memory memory() {
            return mesh.memory();
        }

        /** Called by a source outside this library, which does not report itself why a document was refused. */
        @Override
        public void deliver(PolicyDocument document) throws IOException {
            Objects.requireNonNull(document, "document must not be null: pass PolicyCodec.read(json)");
            reporting(() -> deliver(Delivery.live(document, time().wall().instant(), Map.of())));
        }

        @Override
        public void deliver(Delivery delivery) throws IOException {
            warnOfAbsence(delivery.document());
            mesh.deliver(new Delivery(
                    override.in(delivery.document()),
                    delivery.live(),
                    delivery.confirmed(),
                    delivery.memory(),
                    delivery.failing()));
        }

        private void warnOfAbsence(PolicyDocument document) {
            Map<String, String> others = override.hostsOfOthers(document);
            String services = override.servicesInstead(document);
            if ((others.isEmpty() && services == null) || !warned.allows(others.toString(), time().now())) {
                return;
            }
            if (others.isEmpty()) {
                log.warn(
                        "the policy has no service '{}': only calls to host '{}' are sent to {}; its services are {}",
                        override.service(),
                        override.service(),
                        override.url(),
                        services);
            } else {
                log.warn(
                        "the policy has no service '{}': calls to these hosts are sent to the services that have them, not to {}: {}",
                        override.service(),
                        override.url(),
                        others);
            }
        }

        @Override
        public void confirmed() {
            mesh.confirmed();
        }

        @Override
        public void failed(IOException problem) {
            Objects.requireNonNull(
                    problem, "problem must not be null: pass an IOException that says why there is no document");
            mesh.failed(problem);
        }
    }
}
