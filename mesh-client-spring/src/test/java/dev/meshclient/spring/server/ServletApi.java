package dev.meshclient.spring.server;

import dev.meshclient.InboundContext;
import dev.meshclient.spring.MeshClient;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.view.RedirectView;

@RestController
class ServletApi {
    private final OkHttpClient orders;
    private final InboundContract.Background background;

    ServletApi(@MeshClient("orders") OkHttpClient orders, InboundContract.Background background) {
        this.orders = orders;
        this.background = background;
    }

    @GetMapping("/api/peer")
    String peer(
            @RequestAttribute(InboundAttributes.PEER) @Nullable String peer,
            @RequestAttribute(name = InboundAttributes.CLAIMS, required = false) @Nullable Map<String, Object> claims,
            @RequestHeader(name = "Authorization", required = false) @Nullable String token) {
        InboundContract.HANDLED.incrementAndGet();
        return peer + " " + (claims == null ? "no claims" : claims.get("sub")) + " " + token;
    }

    @GetMapping("/livez")
    String live() {
        return String.valueOf(InboundContext.current());
    }

    @GetMapping("/api/broken")
    String broken() {
        throw new IllegalStateException("broken");
    }

    @GetMapping("/api/order")
    String order() throws IOException {
        return InboundContract.body(orders, "http://orders/7");
    }

    @GetMapping("/api/callable")
    Callable<String> callable() {
        return this::order;
    }

    @GetMapping("/api/deferred")
    DeferredResult<String> deferred() {
        DeferredResult<String> result = new DeferredResult<>();
        Thread other = new Thread(() -> result.setResult("later"));
        other.start();
        return result;
    }

    @GetMapping("/api/deferred-broken")
    DeferredResult<String> deferredBroken() {
        DeferredResult<String> result = new DeferredResult<>();
        Thread other = new Thread(() -> result.setErrorResult(new IllegalStateException("broken later")));
        other.start();
        return result;
    }

    @GetMapping("/api/empty")
    ResponseEntity<Void> empty() {
        Objects.requireNonNull(InboundContext.current()).noteRetriesUsed();
        return ResponseEntity.status(503).build();
    }

    @GetMapping("/api/redirect")
    RedirectView redirect() {
        Objects.requireNonNull(InboundContext.current()).noteRetriesUsed();
        return new RedirectView("/api/peer");
    }

    @GetMapping("/api/background")
    CompletableFuture<String> background() throws IOException {
        return background.order();
    }
}
