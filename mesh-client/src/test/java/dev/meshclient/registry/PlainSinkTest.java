package dev.meshclient.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.policy.PolicyDocument;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A source of this library inside a source of a program, which changes or logs its documents. */
class PlainSinkTest {
    private final List<Object> events = new CopyOnWriteArrayList<>();
    private @Nullable IOException refusal;
    private @Nullable DocumentSink begun;
    private final Closeable watch = PlainSink.watch(sink(), plain -> {
        begun = plain;
        return () -> {};
    });

    private PolicySource.Sink sink() {
        return new PolicySource.Sink() {
            @Override
            public void deliver(PolicyDocument document) throws IOException {
                events.add(document);
                if (refusal != null) {
                    throw refusal;
                }
            }

            @Override
            public void failed(IOException problem) {
                events.add(problem.getMessage());
            }
        };
    }

    private DocumentSink plain() {
        return Objects.requireNonNull(begun);
    }

    private static PolicyDocument document(int version) throws IOException {
        return Documents.mesh("test").version(version).read();
    }

    private void deliver(PolicyDocument document) throws IOException {
        plain().deliver(Delivery.live(document, Instant.EPOCH, Map.of()));
    }

    @AfterEach
    void close() throws IOException {
        watch.close();
    }

    @Test
    void a_confirmation_is_the_document_in_force_again() throws Exception {
        plain().confirmed();
        assertThat(events).isEmpty();
        deliver(document(1));
        deliver(document(2));
        plain().confirmed();
        assertThat(events).containsExactly(document(1), document(2), document(2));
    }

    @Test
    void a_refused_document_is_not_confirmed() throws Exception {
        deliver(document(2));
        refusal = new IOException("older");
        assertThatThrownBy(() -> deliver(document(1))).isSameAs(refusal);
        plain().confirmed();
        assertThat(events).containsExactly(document(2), document(1));
    }

    /** The sink has reported the reason itself. */
    @Test
    void a_confirmation_that_the_sink_refuses_is_no_defect_of_the_source() throws Exception {
        deliver(document(1));
        refusal = new IOException("the program changed it");
        plain().confirmed();
        assertThat(events).containsExactly(document(1), document(1));
    }

    @Test
    void a_source_on_demand_says_that_this_sink_names_no_hosts() throws Exception {
        PolicySource onDemand =
                PolicySource.http(URI.create("http://127.0.0.1:9/policy")).onDemand();
        PolicySource other = PolicySource.of(Documents.mesh("other").json());
        for (PolicySource source : new PolicySource[] {onDemand, PolicySource.overlay(onDemand, other)}) {
            events.clear();
            source.watch(sink()).close();
            assertThat(events).first().asString().startsWith("onDemand() requests the hosts that a mesh calls");
        }
    }
}
