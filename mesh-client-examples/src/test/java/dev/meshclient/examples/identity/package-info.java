/** Certificates to try mTLS with. */
@NullMarked
package dev.meshclient.examples.identity;

import org.jspecify.annotations.NullMarked;
