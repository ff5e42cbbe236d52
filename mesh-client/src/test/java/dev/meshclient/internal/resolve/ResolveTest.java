package dev.meshclient.internal.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.Locality;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResolveTest {
    private static final long MS = 1_000_000;

    private final VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
    private final ServiceState service = new ServiceState();
    private final DnsCache names = new DnsCache(time, name -> List.of("10.0.0.1"), this::changed);

    /** Slowly. */
    private void changed() {
        try {
            time.signal("refresh").await(time.now() + 10 * MS);
        } catch (InterruptedIOException e) {
            throw new AssertionError(e);
        }
        ResolvedEndpoints.refresh(service, time.now(), gone -> {});
    }

    @Test
    void a_call_waits_until_the_service_has_the_answer_not_only_the_name() {
        time.run(() -> {
            EndpointSet found = EndpointSet.found(service, Map.of());
            service.get(ResolvedEndpoints.SLOT)
                    .list(
                            service,
                            ResolvedEndpoints.Lookups.start(
                                    List.of(new ResolvedEndpoints.Entry(
                                            new Endpoint(
                                                    "orders",
                                                    80,
                                                    Locality.NONE,
                                                    null,
                                                    1,
                                                    Endpoint.Health.UNKNOWN,
                                                    Map.of(),
                                                    null,
                                                    null),
                                            Cluster.NONE,
                                            null)),
                                    names),
                            time.now(),
                            gone -> {});
            AttemptLayer resolve = Resolve.create(
                    time,
                    new Resolve.NamedBackend("orders", found, Map.of()),
                    names,
                    attempt ->
                            Calls.respond(attempt, 200 + found.now().endpoints().size()));
            time.signal("between").await(time.now() + 5 * MS);
            assertThat(answer(resolve)).isEqualTo(201);
            assertThat(time.now()).isEqualTo(10 * MS);
            names.close();
            time.join();
        });
    }

    private int answer(AttemptLayer resolve) throws IOException {
        Call call = Calls.call(time, Calls.get());
        return resolve.call(call.beginAttempt()).code();
    }
}
