package dev.meshclient.soak;

import java.io.IOException;

/** A response as it is written: in HTTP/1.1 or on a stream of HTTP/2. */
interface Reply {
    /** Its status and the length of its body. */
    void head(int status, int length) throws IOException;

    /** A part of its body. */
    void body(String part, boolean last) throws IOException;

    /** Ends what is not complete. */
    void cut() throws IOException;
}
