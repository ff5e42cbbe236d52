package dev.meshclient.internal.okhttp.direct;

import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okhttp3.internal.UnreadableResponseBody;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** A body of another length or content than the one that was received. Its type is parsed only if it is asked for. */
final class BridgedBody extends ResponseBody {
    private final @Nullable String type;
    private final long length;
    private final @Nullable BufferedSource source;

    private BridgedBody(@Nullable String type, long length, @Nullable BufferedSource source) {
        this.type = type;
        this.length = length;
        this.source = source;
    }

    /** The body of {@link okhttp3.Response#networkResponse}: only its type and length can be read. */
    static BridgedBody unreadable(@Nullable String type, long length) {
        return new BridgedBody(type, length, null);
    }

    /** The content of a zipped body; its length is not known. */
    static BridgedBody unzipped(@Nullable String type, BufferedSource source) {
        return new BridgedBody(type, -1, source);
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
        return source == null
                ? new UnreadableResponseBody(contentType(), length).source() // its reads say why they fail
                : source;
    }
}
