/** The boundary of this process: whether a request that came in may go on. */
@NullMarked
package dev.meshclient.authz;

import org.jspecify.annotations.NullMarked;
