package dev.meshclient.spring.server;

import dev.meshclient.InboundContext;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.webclient.OkHttpClientHttpConnector;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@RestController
class ReactiveApi {
    private final OkHttpClient orders;
    private final InboundContract.Background background;

    ReactiveApi(@MeshClient("orders") OkHttpClient orders, InboundContract.Background background) {
        this.orders = orders;
        this.background = background;
    }

    @GetMapping("/api/peer")
    Mono<String> peer(
            @RequestAttribute(InboundAttributes.PEER) String peer,
            @RequestAttribute(name = InboundAttributes.CLAIMS, required = false) @Nullable Map<String, Object> claims,
            @RequestHeader(name = "Authorization", required = false) @Nullable String token) {
        InboundContract.HANDLED.incrementAndGet();
        return Mono.just(peer + " " + (claims == null ? "no claims" : claims.get("sub")) + " " + token);
    }

    @GetMapping("/livez")
    Mono<String> live() {
        return Mono.just(String.valueOf(InboundContext.current()));
    }

    @GetMapping("/api/broken")
    Mono<String> broken() {
        throw new IllegalStateException("broken");
    }

    @GetMapping("/api/order")
    Mono<String> order() {
        return Mono.fromCallable(() -> InboundContract.body(orders, "http://orders/7"))
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** The call is created on the event loop and runs on a thread of OkHttp. */
    @GetMapping("/api/callable")
    Mono<String> enqueued() {
        return Mono.create(sink -> orders.newCall(
                        new Request.Builder().url("http://orders/7").build())
                .enqueue(new Callback() {
                    @Override
                    public void onFailure(Call call, IOException failure) {
                        sink.error(failure);
                    }

                    @Override
                    public void onResponse(Call call, Response response) throws IOException {
                        sink.success(response.body().string());
                    }
                }));
    }

    @GetMapping("/api/web-client")
    Mono<String> webClient() {
        return WebClient.builder()
                .clientConnector(new OkHttpClientHttpConnector(orders))
                .build()
                .get()
                .uri("http://orders/7")
                .retrieve()
                .bodyToMono(String.class);
    }

    @GetMapping("/api/deferred")
    Mono<String> deferred() {
        return Mono.just("later").publishOn(Schedulers.boundedElastic());
    }

    @GetMapping("/api/deferred-broken")
    Mono<String> deferredBroken() {
        return deferred().map(later -> {
            throw new IllegalStateException("broken later");
        });
    }

    @GetMapping("/api/empty")
    Mono<ResponseEntity<Void>> empty() {
        return withoutBody(ResponseEntity.status(503).build());
    }

    @GetMapping("/api/redirect")
    Mono<ResponseEntity<Void>> redirect() {
        return withoutBody(
                ResponseEntity.status(302).location(URI.create("/api/peer")).build());
    }

    private static Mono<ResponseEntity<Void>> withoutBody(ResponseEntity<Void> answer) {
        return Mono.deferContextual(all -> {
            all.<InboundContext>get(InboundAttributes.CONTEXT).noteRetriesUsed();
            return Mono.just(answer);
        });
    }

    @GetMapping("/api/background")
    Mono<String> background() {
        return Mono.defer(() -> {
            try {
                return Mono.fromFuture(background.order());
            } catch (IOException e) {
                return Mono.error(e);
            }
        });
    }

    @GetMapping("/api/thread")
    Mono<Boolean> mayBlock() {
        return Mono.fromCallable(() -> !Schedulers.isInNonBlockingThread());
    }
}
