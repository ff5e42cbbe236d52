package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class HandledRequestTest {
    private static Stream<Throwable> thrown() {
        return Stream.of(
                new IOException("of the application"),
                new TimeoutException("of the application"), // undeclared, as Kotlin may throw it
                new IllegalStateException("of the application"),
                new AssertionError("of the application"));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwUnseen(Throwable e) throws E {
        throw (E) e;
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void a_request_that_throws_anything_has_failed(Throwable thrown) {
        List<Integer> statuses = new ArrayList<>();
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
        MockHttpServletResponse response = new MockHttpServletResponse();
        HandledRequest handled =
                new HandledRequest(new InboundDecision(200, null, null, false), statuses::add, response);
        assertThatThrownBy(() -> handled.proceed(
                        request, response, (seen, answer) -> HandledRequestTest.<RuntimeException>throwUnseen(thrown)))
                .isSameAs(thrown);
        handled.endWith(request);
        assertThat(statuses).containsExactly(500);
    }
}
