/** XML in and out, as the older of AWS's protocols speak it. */
@NullMarked
package dev.cloister.local.xml;

import org.jspecify.annotations.NullMarked;
