/** Authorization of inbound requests. */
@NullMarked
package dev.meshclient.authz;

import org.jspecify.annotations.NullMarked;
