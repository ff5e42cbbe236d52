package dev.meshclient.internal.okhttp.direct;

import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** A body whose length is known once it is read. */
final class UnzippedBody extends ResponseBody {
    private final @Nullable String type;
    private final BufferedSource source;

    UnzippedBody(@Nullable String type, BufferedSource source) {
        this.type = type;
        this.source = source;
    }

    @Override
    public @Nullable MediaType contentType() {
        return type == null ? null : MediaType.parse(type);
    }

    @Override
    public long contentLength() {
        return -1;
    }

    @Override
    public BufferedSource source() {
        return source;
    }
}
