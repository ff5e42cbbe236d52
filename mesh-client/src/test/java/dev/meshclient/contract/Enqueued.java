package dev.meshclient.contract;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Response;

/** What became of a call that was enqueued. */
public final class Enqueued implements Callback {
    private final CompletableFuture<Response> result = new CompletableFuture<>();

    private Enqueued() {}

    static Enqueued of(Call call) {
        Enqueued callback = new Enqueued();
        call.enqueue(callback);
        return callback;
    }

    /** The body of a call that is enqueued, or its failure. */
    public static CompletableFuture<String> body(Call call) {
        return of(call).result.thenApply(response -> {
            try (response) {
                return response.body().string();
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }

    @Override
    public void onResponse(Call call, Response response) {
        if (!result.complete(response)) {
            throw new AssertionError("a second outcome: " + response);
        }
    }

    @Override
    public void onFailure(Call call, IOException failure) {
        if (!result.completeExceptionally(failure)) {
            throw new AssertionError("a second outcome", failure);
        }
    }

    Response response() throws Exception {
        return result.get();
    }

    /** The failure; a response in its place is closed and reported. */
    Throwable failure() {
        try (Response response = result.get()) {
            throw new AssertionError("it did not fail: " + response);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException e) {
            throw new AssertionError("it had no outcome", e);
        }
    }
}
