package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.WatchedLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** BlockHound finds no step of the filter that blocks on an event loop. */
class InboundEventLoopTest {
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final ServerCertificates CERTIFICATES = new ServerCertificates();
    private static final InboundPolicy POLICY = new InboundPolicy();

    private final AtomicReference<Thread> called = new AtomicReference<>();
    private final AtomicReference<Thread> handled = new AtomicReference<>();
    private final Scheduler loop = WatchedLoops.start();

    @BeforeAll
    static void watch() {
        WatchedLoops.watch();
    }

    @AfterEach
    void stop() {
        loop.dispose();
    }

    private static ReactiveWebApplicationContextRunner runner(String policy) {
        return new ReactiveWebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        MeshAutoConfiguration.class,
                        MeshClientAutoConfiguration.class,
                        MeshWebFluxAutoConfiguration.class))
                .withBean("policy", PolicySource.class, () -> PolicySource.of(policy))
                .withBean(WorkloadIdentity.class, CERTIFICATES::identity)
                .withPropertyValues(
                        "mesh.snapshot.enabled=false",
                        "spring.application.name=reviews",
                        "mesh.server.authorization=enforce");
    }

    /** Handles a request on the event loop. */
    private CompletableFuture<HttpStatusCode> answer(ApplicationContext context, MockServerHttpRequest request) {
        MockServerHttpResponse response = new MockServerHttpResponse();
        HttpHandler server = WebHttpHandlerBuilder.webHandler(exchange -> {
                    handled.set(Thread.currentThread());
                    exchange.getResponse().setStatusCode(HttpStatus.OK);
                    return exchange.getResponse().setComplete();
                })
                .filters(filters -> filters.add(context.getBean(MeshWebFilter.class)))
                .build();
        // Spring reads its codecs from a jar, once
        server.handle(MockServerHttpRequest.get("/").build(), new MockServerHttpResponse())
                .block(WAIT);
        return Mono.defer(() -> {
                    called.set(Thread.currentThread());
                    return server.handle(request, response);
                })
                .then(Mono.fromSupplier(response::getStatusCode))
                .subscribeOn(loop)
                .toFuture();
    }

    private static MockServerHttpRequest.BaseBuilder<?> request() {
        return MockServerHttpRequest.get("/api/7").header("x-mesh-deadline-ms", "10000");
    }

    @Test
    void a_request_is_decided_and_handled_on_the_event_loop_with_a_token_too() {
        runner(POLICY.document(1)).run(context -> {
            for (MockServerHttpRequest request : new MockServerHttpRequest[] {
                request()
                        .sslInfo(SslInfo.from("", CERTIFICATES.leaf(InboundPolicy.STOREFRONT)))
                        .build(),
                request()
                        .header("Authorization", "Bearer " + POLICY.token("ann"))
                        .build()
            }) {
                assertThat(answer(context, request)).succeedsWithin(WAIT).isEqualTo(HttpStatus.OK);
                assertThat(handled.get()).isNotNull().isSameAs(called.get());
            }
            assertThat(answer(
                            context,
                            request()
                                    .header("Authorization", "Bearer e30.e30.AA")
                                    .build()))
                    .succeedsWithin(WAIT)
                    .isEqualTo(HttpStatus.UNAUTHORIZED);
            assertThat(WatchedLoops.blocked()).isEmpty();
        });
    }

    @Test
    void a_request_waits_elsewhere_for_the_keys_of_its_token() throws IOException {
        try (ServerSocket issuer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String policy = POLICY.document(1)
                    .replaceFirst(
                            "\"jwks\": \\{\"keys\": \\[[^]]*]}",
                            "\"jwksUri\": \"https://127.0.0.1:" + issuer.getLocalPort() + "/keys\"");
            runner(policy).run(context -> {
                Socket fetch = issuer.accept(); // and never answers
                CompletableFuture<HttpStatusCode> answer = answer(
                        context,
                        request()
                                .header("Authorization", "Bearer " + POLICY.token("ann"))
                                .build());
                // the loop goes on
                assertThat(Mono.fromCallable(Schedulers::isInNonBlockingThread)
                                .subscribeOn(loop)
                                .block(WAIT))
                        .isTrue();
                fetch.close();
                assertThat(answer).succeedsWithin(WAIT).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
                assertThat(WatchedLoops.blocked()).isEmpty();
            });
        }
    }
}
