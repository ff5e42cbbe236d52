package dev.meshclient.internal.source;

import dev.meshclient.internal.time.Time;
import java.io.IOException;

/** What the sink of a mesh is to the sources of this library, beside what it is to any source. Calls come one at a time. */
public interface DocumentSink {
    /** Clock, chance and threads of the mesh. */
    Time time();

    WantedHosts wanted();

    /** What an earlier process took from this source. */
    Memory memory();

    /** Puts a document in force. Unless this returns, nothing has changed and the source reports why, by {@link #failed}. */
    void deliver(Delivery delivery) throws IOException;

    /** The source still has the document that it delivered last, or that is in force from its memory. */
    void confirmed();

    /** Why there is no newer document just now; the last one stays in force. */
    void failed(IOException problem);
}
