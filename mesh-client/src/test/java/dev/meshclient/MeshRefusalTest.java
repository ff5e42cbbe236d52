package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Failures;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The failures that a user can catch. */
class MeshRefusalTest {
    private static final Failures MAKE = Failures.make();

    private static final Map<MeshRefusal, String> REFUSALS = Map.of(
            MAKE.accessDenied("p", "rules[0]", "it is denied", "ask", Decision.NONE), MeshFailure.ACCESS_DENIED,
            MAKE.identityUnavailable("it is denied", "ask", Decision.NONE), MeshFailure.NO_CONNECTION,
            MAKE.noHealthyEndpoint("it is denied", "ask", Decision.NONE), MeshFailure.NO_HEALTHY_ENDPOINT,
            MAKE.noRoute("it is denied", "ask", Decision.NONE), MeshFailure.NO_ROUTE,
            MAKE.overloaded("it is denied", "ask", Decision.NONE), MeshFailure.OVERLOADED,
            MAKE.policyUnavailable("it is denied", "ask", Decision.NONE), MeshFailure.NO_ROUTE,
            MAKE.tokenUnavailable("it is denied", "ask", Decision.NONE), MeshFailure.NO_TOKEN);

    @Test
    void every_refusal_says_what_and_what_next_and_has_its_letters() {
        REFUSALS.forEach((refusal, reason) -> {
            assertThat((IOException) refusal).hasMessage("it is denied; ask").isInstanceOf(MeshFailure.class);
            assertThat(refusal.advice()).isEqualTo("ask");
            assertThat(refusal.decision()).isSameAs(Decision.NONE);
            assertThat(refusal.reason()).as("%s", refusal.getClass()).isEqualTo(reason);
        });
    }

    @Test
    void a_deadline_is_an_interruption_as_OkHttp_has_it_and_a_failure_of_the_mesh() {
        DeadlineExceeded late = MAKE.deadlineExceeded("it is late", "wait", Decision.NONE);

        assertThat((IOException) late)
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("it is late; wait");
        assertThat(late.reason()).isEqualTo(MeshFailure.DEADLINE);
    }

    @Test
    void only_the_mesh_makes_them() {
        List<Constructor<?>> exported = Stream.concat(
                        Stream.of(MeshRefusal.class, DeadlineExceeded.class),
                        REFUSALS.keySet().stream().map(Object::getClass))
                .flatMap(type -> Stream.<Constructor<?>>of(type.getDeclaredConstructors()))
                .filter(c -> Modifier.isPublic(c.getModifiers()) || Modifier.isProtected(c.getModifiers()))
                .toList();

        assertThat(exported).isEmpty();
    }
}
