package dev.meshclient;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.events.IdentityEvents;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.internal.okhttp.Engine;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads classes by their use: puts a small policy in force that no call uses, without a source, a connection or a thread. */
final class Preload {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient");

    private static final String DOCUMENT = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "preload", "version": 1},
             "services": {"a": {"hosts": ["a"], "endpoints": [{"address": "127.0.0.1", "port": 80, "locality": "a/b"}]}}}
            """;

    /** Loaded by itself: Micrometer may be absent. */
    private static final class WithMicrometer {
        static Meters meters(RealTime time) {
            return Meters.of(time, MeshMetrics.bindTo(new SimpleMeterRegistry()), Workload.unknown(), () -> null);
        }
    }

    private Preload() {}

    /** A part that fails fails again, with a message, when the mesh is made. */
    static void run() {
        try (RealTime time = RealTime.create("mesh-preload")) {
            Events events = Events.of(time, List.of(), List.of());
            use(time, events, Meters.NONE);
            use(time, events, WithMicrometer.meters(time));
        } catch (IOException | RuntimeException | LinkageError e) { // the last ones without Micrometer
            LOG.debug("not all classes were loaded ahead", e);
        }
    }

    private static void use(RealTime time, Events events, Meters meters) throws IOException {
        Workload caller = Workload.of("preload").zone("a/b");
        Router router =
                Router.withoutNames(time, caller, new Telemetry(events, meters), EntrySettings.NONE, Duration.ZERO);
        Identities identities =
                Identities.start(time, null, Map.<String, WorkloadIdentity>of(), name -> new IdentityEvents(events), 0);
        Engine engine = new Engine(time, router, identities, null, null);
        engine.wrap(new OkHttpClient());
        router.control().apply(PolicyCodec.read(DOCUMENT.getBytes(StandardCharsets.UTF_8)));
        router.control().status("").services();
        router.close();
        identities.close();
        engine.close();
        meters.close();
    }
}
