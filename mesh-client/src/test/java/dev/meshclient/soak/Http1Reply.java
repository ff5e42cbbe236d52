package dev.meshclient.soak;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A response in HTTP/1.1. */
record Http1Reply(OutputStream out) implements Reply {
    @Override
    public void head(int status, int length) throws IOException {
        write("HTTP/1.1 " + status + " Soaked\r\nContent-Length: " + length + "\r\n\r\n");
    }

    @Override
    public void body(String part, boolean last) throws IOException {
        write(part);
    }

    /** By the end of the connection. */
    @Override
    public void cut() throws IOException {
        throw new EOFException("cut");
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
