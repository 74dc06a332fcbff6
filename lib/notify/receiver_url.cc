#include "lib/notify/receiver_url.h"

namespace signalbox {

Result<Url> receiver_url(std::string_view text) {
  Result<Url> url = parse_url(text);
  if (!url)
    return Error{"it is no URL that can be posted to: https://HOST[:PORT]/PATH, without user name and fragment"};
  if (url->scheme == UrlScheme::http && !is_loopback(url->host)) {
    return Error{
        "plain http is for loopback only: everybody on the way could read and change the messages; use https"};
  }
  return url;
}

}  // namespace signalbox
