package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Workload;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.registry.FastTime;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The events of documents, as listeners get them. */
class PolicyEventsTest implements MeshListener {
    private final FastTime time = new FastTime(1);
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Router router = Router.withoutNames(
            time,
            Workload.unknown(),
            Telemetry.of(Events.of(time, List.of(), List.of(this))),
            EntrySettings.NONE,
            Duration.ofHours(1));

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.PolicyApplied applied) {
            events.add("applied " + applied.revision());
        } else if (event instanceof MeshEvent.PolicyRefused refused) {
            events.add("refused, '" + refused.revision() + "' stays, "
                    + refused.problems().get(0).path());
        }
    }

    private static Documents version(String version) {
        return Documents.mesh("t").epoch("e").metadata("'version': " + version);
    }

    @Test
    void each_new_document_and_each_new_reason_of_refusal_is_one_event() throws Exception {
        PolicyException bad =
                catchThrowableOfType(PolicyException.class, () -> version("'x'").read());

        router.control().failed(bad);
        router.control().apply(version("1").read());
        router.control().apply(version("1").read());
        router.control().failed(new IOException("the registry answered: ", bad));
        router.control().failed(new IOException("the registry answered: ", bad));
        router.control().failed(new IOException("no route to host"));
        assertThat(events).isEmpty();
        router.unlocked();

        await().untilAsserted(() -> assertThat(events)
                .containsExactly(
                        "refused, '' stays, metadata.version",
                        "applied e/1",
                        "refused, 'e/1' stays, metadata.version"));
        time.close();
    }
}
