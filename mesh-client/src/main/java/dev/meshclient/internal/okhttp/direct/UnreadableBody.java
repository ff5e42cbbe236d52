package dev.meshclient.internal.okhttp.direct;

import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okhttp3.internal.UnreadableResponseBody;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** The body of {@link okhttp3.Response#networkResponse}: only its type and length can be read. */
final class UnreadableBody extends ResponseBody {
    private final @Nullable String type;
    private final long length;

    UnreadableBody(@Nullable String type, long length) {
        this.type = type;
        this.length = length;
    }

    @Override
    public @Nullable MediaType contentType() {
        return type == null ? null : MediaType.parse(type);
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public BufferedSource source() {
        return new UnreadableResponseBody(contentType(), length).source(); // its reads say why they fail
    }
}
