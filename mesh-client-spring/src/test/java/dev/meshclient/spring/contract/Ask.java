package dev.meshclient.spring.contract;

import dev.meshclient.MeshOptions;
import java.io.IOException;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * A request that each transport sends.
 *
 * @param text a body in memory; null: none
 * @param stream a body that is made while it is sent; null: none
 * @param isCut whether the response is closed after its first byte
 */
record Ask(
        String method,
        String url,
        Headers headers,
        @Nullable String text,
        @Nullable Blocks stream,
        MeshOptions options,
        boolean isCut) {
    static Ask of(String method, String url) {
        return new Ask(method, url, Headers.EMPTY, null, null, MeshOptions.DEFAULT, false);
    }

    Ask with(String header, String value) {
        Headers more = headers.newBuilder().add(header, value).build();
        return new Ask(method, url, more, text, stream, options, isCut);
    }

    Ask text(String body) {
        return new Ask(method, url, headers, body, null, options, isCut);
    }

    Ask stream(int count, Block block) {
        return new Ask(method, url, headers, null, new Blocks(count, block), options, isCut);
    }

    Ask options(MeshOptions stated) {
        return new Ask(method, url, headers, text, stream, stated, isCut);
    }

    Ask cut() {
        return new Ask(method, url, headers, text, stream, options, true);
    }

    interface Block {
        byte[] at(int index) throws IOException;
    }

    record Blocks(int count, Block block) {}

    /** For the transports that take the bodies of OkHttp; null: none. */
    @Nullable
    RequestBody body() {
        Blocks blocks = stream;
        if (blocks == null) {
            return text != null
                    ? RequestBody.create(text, (MediaType) null)
                    : method.equals("POST") || method.equals("PUT") || method.equals("PATCH") || method.equals("QUERY")
                            ? RequestBody.create(new byte[0])
                            : null;
        }
        String length = headers.get("Content-Length");
        return new RequestBody() {
            @Override
            public @Nullable MediaType contentType() {
                return null;
            }

            @Override
            public long contentLength() {
                return length == null ? -1 : Long.parseLong(length);
            }

            @Override
            public boolean isOneShot() {
                return true;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                for (int i = 0; i < blocks.count(); i++) {
                    sink.write(blocks.block().at(i));
                }
            }
        };
    }
}
